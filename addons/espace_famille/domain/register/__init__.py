"""The register of a school (registre): from its files to families and children.

`table` opens files, `columns` finds what each column is, `values` reads cells,
`reading` makes children, guardians and households of the lines, and `comparing` says
what they would change of what the commune has. Nothing here writes anything.
"""
