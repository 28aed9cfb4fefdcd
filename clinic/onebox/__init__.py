"""Everything on one machine: embedded PostgreSQL and broker, keys, and the supervisor behind `manage.py up`."""
