"""What a late close costs: the methods with which Osinergmin reckoned the fines of three printed resolutions.

`reckoning` holds what both methods share, `rgg_352` and `rcd_120` the two methods, `mitigation` what lowers a fine,
`parameters` the dated figures, `cases` the resolutions and `estimate` what the chat may say: always an estimate, never
a sanction. Sources: Res. 1767-2018-OS/OR LIMA SUR, Res. 1865-2022-OS/OR PUNO, Res. 2743-2022-OS/OR TUMBES.
"""
