"""Tables about people joined into one directory: who is who, who stands above whom, and what is wrong with the rest.

A source (CSV files, SELECTs, a web service) brings rows of our fields; from there on all are read alike.
"""
