# SPDX-License-Identifier: GPL-2.0
#
# Puts the program's own tables into a manual page:
#	awk -f tables.awk OPTIONS KEYS PAGE.in
# OPTIONS is what `buddytop --dump-options` prints, KEYS what `buddytop top --list-keys` prints. A
# line @NAME@ of the page becomes the table of that name.

BEGIN {
	FS = "\t"
}

FILENAME == ARGV[1] { options[++option_count] = $0; next }
FILENAME == ARGV[2] { keys[++key_count] = $0; next }
/^@OPTIONS@$/ { print_options(""); next }
/^@COMMANDS@$/ { print_commands(); next }
/^@SOURCES@$/ { print_sources(); next }
/^@PARAMETERS@$/ { print_parameters(); next }
/^@KEYS@$/ { print_keys(); next }
/^@LINE@$/ { print_line(); next }
/^@.*@$/ { print FILENAME ": no table " $0 >"/dev/stderr"; exit 1 }
{ print }

# Text that mdoc takes for nothing else.
function plain(text)
{
	gsub(/\\/, "\\e", text)
	gsub(/\^/, "\\(ha", text)
	gsub(/'/, "\\(aq", text)
	return text ~ /^\./ ? "\\&" text : text
}

function sentence(text)
{
	text = toupper(substr(text, 1, 1)) substr(text, 2)
	return plain(text) (text ~ /\.$/ ? "" : ".")
}

# What stands behind the name of an option: nothing, VALUE, or [=VALUE], which may be left out.
function value_of(text)
{
	if (text ~ /^\[=/)
		return " Ns Op = Ns Ar " substr(text, 3, length(text) - 3)
	return text ? " Ar " text : ""
}

function print_options(owner,	i, row)
{
	print ".Bl -tag -width Ds"
	for (i = 1; i <= option_count; i++) {
		split(options[i], row)
		if (row[1] != "option" || row[2] != owner)
			continue
		printf ".It %sFl -%s%s\n%s\n", row[4] ? "Fl " row[4] " , " : "", row[3],
			value_of(row[5]), sentence(row[6])
	}
	print ".El"
}

function has_options(owner,	i, row)
{
	for (i = 1; i <= option_count; i++) {
		split(options[i], row)
		if (row[1] == "option" && row[2] == owner)
			return 1
	}
	return 0
}

function print_commands(	i, row)
{
	print ".Bl -tag -width Ds"
	for (i = 1; i <= option_count; i++) {
		split(options[i], row)
		if (row[1] != "command")
			continue
		printf ".It Cm %s%s\n%s\n", row[2], row[3] ? " Ar " row[3] : "", sentence(row[4])
		if (has_options(row[2]))
			print_options(row[2])
	}
	print ".El"
}

function print_sources(	i, row)
{
	print ".Bl -tag -width Ds"
	for (i = 1; i <= option_count; i++) {
		split(options[i], row)
		if (row[1] == "source")
			printf ".It Cm %s\n%s\n", row[2],
				index(row[3], row[2]) == 1 ? plain(row[3]) "." : sentence(row[3])
	}
	print ".El"
}

function print_choices(name,	i, row)
{
	print ".Bl -tag -width kernel-noretry -compact"
	for (i = 1; i <= option_count; i++) {
		split(options[i], row)
		if (row[1] == "choice" && row[2] == name)
			printf ".It Li %s\n%s\n", row[3], plain(row[4])
	}
	print ".El"
}

function has_choices(name,	i, row)
{
	for (i = 1; i <= option_count; i++) {
		split(options[i], row)
		if (row[1] == "choice" && row[2] == name)
			return 1
	}
	return 0
}

function print_parameters(	i, row, listed)
{
	print ".Bl -tag -width Ds"
	for (i = 1; i <= option_count; i++) {
		split(options[i], row)
		if (row[1] != "param")
			continue
		listed = has_choices(row[2])
		printf ".It Cm %s%s%s\n%s\n", row[2], listed ? "" : " Ns = Ns Ar \"" row[3] "\"",
			row[4] ? " Pq " row[4] : "", sentence(row[6])
		if (listed)
			print_choices(row[2])
	}
	print ".El"
}

# "? F1" as keys of their own; \& keeps punctuation from being taken for delimiters.
function key_names(text,	names, count, i, list)
{
	count = split(text, names, " ")
	for (i = 1; i <= count; i++)
		list = list (i > 1 ? " , " : "") "Ic \\&" plain(names[i])
	return list
}

function print_keys(	i, row, group)
{
	for (i = 1; i <= key_count; i++) {
		split(keys[i], row)
		if (row[1] == "Commands")
			continue
		if (row[1] != group) {
			if (group)
				print ".El"
			print ".Ss " row[1]
			print ".Bl -tag -width \"Shift-Tab\""
		}
		group = row[1]
		printf ".It %s\n%s\n", key_names(row[2]), sentence(row[3])
	}
	if (group)
		print ".El"
}

# Commands of the command line: "undo [N]".
function print_line(	i, row, words, form)
{
	print ".Bl -tag -width Ds -compact"
	for (i = 1; i <= key_count; i++) {
		split(keys[i], row)
		if (row[1] != "Commands")
			continue
		form = index(row[2], " ") ? substr(row[2], index(row[2], " ") + 1) : ""
		split(row[2], words, " ")
		printf ".It Ic %s%s\n%s\n", words[1], form ? " Ar \"" plain(form) "\"" : "",
			sentence(row[3])
	}
	print ".El"
}
