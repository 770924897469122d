"""A knowledge base that finds the right passage in practice guides."""
