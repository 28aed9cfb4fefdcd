"""The clinic as one machine runs it, thousands of forms that browsers send to it, and a breaker beside them."""
