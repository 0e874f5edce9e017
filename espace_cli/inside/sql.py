"""Run an SQL statement: JSON ``[statement, parameters]`` comes in, rows go out.

Usage: ``python sql.py DATABASE < statement.json``; the server is the one of the PG*
variables. The statement is no part of a transaction, as CREATE DATABASE wants it.
"""

import json
import sys

import psycopg2


def main() -> None:
    """Run the statement of the standard input."""
    statement, parameters = json.load(sys.stdin)
    connection = psycopg2.connect(dbname=sys.argv[1])
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        rows = cursor.fetchall() if cursor.description else []
    connection.close()
    json.dump(rows, sys.stdout, default=str)


if __name__ == "__main__":
    try:
        main()
    except psycopg2.Error as error:
        sys.exit(str(error).strip())
