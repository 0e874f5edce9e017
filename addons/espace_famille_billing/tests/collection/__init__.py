from . import test_collection_statement
