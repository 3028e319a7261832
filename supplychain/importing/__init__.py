"""Other people's data sets, turned into data folders of the form that the loader reads.

Each importer is pure: tables of rows to a frozen description with remarks on what the rows
leave open, then to texts by their path in the folder. The command reads and writes the disk.
"""
