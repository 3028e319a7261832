"""The report as one page: its sections, findings and tables, and the HTML they become."""
