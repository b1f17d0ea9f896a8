import sys

import duckdb

connection = duckdb.connect(config={"threads": 2})
rows = connection.execute(
    "SELECT word, count(*) AS n FROM (SELECT unnest(string_split_regex(lower(content), '\\s+')) AS word "
    "FROM read_csv(?, columns={'content': 'VARCHAR'}, header=false, delim='\\0', quote='', escape='')) "
    "WHERE word <> '' GROUP BY word ORDER BY n DESC, word LIMIT 10",
    [sys.argv[1]],
).fetchall()
for word, count in rows:
    print(word, count)
