"""Short questions over time: what is asked after a visit, answered page by page, sealed when sent, and compared."""
