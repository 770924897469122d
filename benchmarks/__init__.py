"""Measures the knowledge base against its peers. Nothing in `kb` knows of this package; its text and tables are English."""
