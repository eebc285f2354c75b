"""Tables of other systems, CSV files and databases: how one is read, and how a file is replaced as a whole."""
