"""What a family may send at once: one limit for proofs, documents and messages."""

MEGABYTE = 1024 * 1024

# A photo of a telephone has 3 to 8 MB. A commune may take less than that; for more the
# server that receives the files would have to be set up again.
MOST_MEGABYTES = 10
MOST_BYTES = MOST_MEGABYTES * MEGABYTE

# More is a browser that makes it up; whoever has more sends a second message.
MOST_FILES = 6
