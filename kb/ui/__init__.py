"""The page: Streamlit scripts and the pure functions that make its HTML."""
