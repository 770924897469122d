"""A knowledge base that finds the right passage in practice guides."""

import os

# numpy's linear algebra, of which nothing is used here, would start threads that spin: 0.1 CPU s of every command
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
