"""The page itself, in Streamlit: one script that a browser's session runs anew at each click."""
