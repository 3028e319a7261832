"""The network as a picture: as data for other programs, as a drawing, as a page."""
