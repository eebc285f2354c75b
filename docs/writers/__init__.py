"""One module a reference page; each has ``page()``, which gives the page's whole text."""
