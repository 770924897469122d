"""A knowledge base that finds the right passage in practice guides."""

import os

# numpy's linear algebra would start threads that spin: 0.1 CPU s of every command. All that is used of it is one product, of
# vectors for the search by meaning, which waits for memory and not for the processor
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
