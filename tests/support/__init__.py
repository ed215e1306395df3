"""What the black-box tests share. Nothing here knows the server's code: only its command line and its HTTP contract."""
