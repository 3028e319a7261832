"""Charts as SVG, and the flow of a quarter."""
