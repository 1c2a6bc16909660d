"""CSV files of measured rows that are replaced by key, for the scripts of the validations."""

import csv


def read(path):
    """Rows of a CSV file as dictionaries; none where there is no file."""
    if not path.exists():
        return []
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(path, header, rows, keys):
    """Write rows; those that are there with other first `keys` columns stay."""
    new = {tuple(str(value) for value in row[:keys]) for row in rows}
    kept = [list(row.values()) for row in read(path) if tuple(list(row.values())[:keys]) not in new]
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header)
        out.writerows(kept + rows)
