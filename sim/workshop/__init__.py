"""The page for workshops: lessons, free play, pictures, and what a room takes away (docs/workshop.md)."""
