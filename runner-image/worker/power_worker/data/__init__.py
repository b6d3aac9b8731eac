"""DataFrames of the session: loading files into them, describing them, and SQL over them."""
