"""HTTP below ASGI: bounds on a request head, and the choice of the parser."""
