"""Identity ``siasn``: people, units, posts, discipline and ratings from the web service of BKN.

``mkd jabar refresh`` asks for what is old and keeps the fields that are needed; the backend answers from there.
"""
