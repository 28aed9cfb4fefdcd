"""How a protocol folder is read: each file is checked as it becomes values, each mistake kept with its line."""
