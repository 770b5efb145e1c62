# shellcheck shell=bash
# apt-suite.sh - reach any Debian suite through the machine's own mirror.
#
# Sourced by bash scripts. The mirror and its key are read from the machine's apt configuration
# (one-line .list and deb822 .sources alike); the suites wanted go into a private source list with
# private package lists, so that apt's own configuration and state stay as they are, and a broken
# source of somebody else's cannot get in the way.

# The release this machine runs, such as "bookworm".
apt_codename()
{
	# shellcheck disable=SC1091 # belongs to the machine
	(. /etc/os-release && printf '%s\n' "${VERSION_CODENAME:-}")
}

# apt_entries - every enabled binary source of the machine that has the component main, one record
# each: suites, a tab, the URI, a tab, the Signed-By value (a continuation line of it starts with
# \034).
apt_entries()
{
	local list parts file
	eval "$(apt-config shell list Dir::Etc::sourcelist/f parts Dir::Etc::sourceparts/d)"
	for file in "$list" "$parts"*.list "$parts"*.sources; do
		[[ -r $file ]] || continue
		case $file in
		*.sources) apt_entries_deb822 "$file" ;;
		*) apt_entries_oneline "$file" ;;
		esac
	done
}

# deb [option=value ...] uri suite component ...
apt_entries_oneline()
{
	awk '
	{ sub(/#.*/, "") }
	$1 == "deb" {
		signed = ""
		if (match($0, /\[[^]]*\]/)) {
			n = split(substr($0, RSTART + 1, RLENGTH - 2), option, /[ \t]+/)
			$0 = substr($0, 1, RSTART - 1) " " substr($0, RSTART + RLENGTH)
			for (i = 1; i <= n; i++)
				if (tolower(option[i]) ~ /^signed-by=/)
					signed = substr(option[i], index(option[i], "=") + 1)
		}
		gsub(/,/, " ", signed)
		for (i = 4; i <= NF; i++)
			if ($i == "main")
				print $3 "\t" $2 "\t" signed
	}' "$1"
}

# Stanzas of "Field: value" lines; a line that starts with a blank continues the field above.
apt_entries_deb822()
{
	awk '
	function flush_stanza(    i, n, uri) {
		if ((" " value["types"] " ") ~ /[ \t]deb[ \t]/ &&
		    (" " value["components"] " ") ~ /[ \t]main[ \t]/ &&
		    tolower(value["enabled"]) !~ /^(no|false|without|off|disable)$/) {
			n = split(value["uris"], uri, /[ \t]+/)
			for (i = 1; i <= n; i++)
				if (uri[i] != "")
					print value["suites"] "\t" uri[i] "\t" value["signed-by"]
		}
		delete value
		field = ""
	}
	/^#/ { next }
	/^[ \t\r]*$/ { flush_stanza(); next }
	/^[ \t]/ {
		sub(/^[ \t]+/, "")
		if (field != "")
			value[field] = value[field] (field == "signed-by" ? "\034" : " ") $0
		next
	}
	{
		field = tolower(substr($0, 1, index($0, ":") - 1))
		text = substr($0, index($0, ":") + 1)
		gsub(/^[ \t]+|[ \t\r]+$/, "", text)
		value[field] = text
	}
	END { flush_stanza() }' "$1"
}

# apt_mirror SUITE - the machine's best source for SUITE as "URI<tab>Signed-By". Others than Debian
# name their suites "bookworm" too: one signed by Debian's archive key comes first, then one whose
# address ends in /debian or /debian-security, then the rest.
apt_mirror()
{
	apt_entries | awk -F '\t' -v suite="$1" '
	(" " $1 " ") ~ ("[ \t]" suite "[ \t]") && $2 !~ /^cdrom:/ {
		rank = $3 ~ /debian-archive/ ? 1 : $2 ~ /\/debian(-security)?\/?$/ ? 2 : 3
		if (!best || rank < best) {
			best = rank
			found = $2 "\t" $3
		}
	}
	END {
		if (!best)
			exit 1
		print found
	}'
}

# apt_stanza SUITE - a deb822 stanza for SUITE, reached through the mirror that serves the machine's
# own release, or its own security suite where SUITE is one.
apt_stanza()
{
	local suite=$1 own mirror uri signed
	own=$(apt_codename)
	case $suite in
	*-security) own+=-security ;;
	esac
	mirror=$(apt_mirror "$own") || {
		printf '%s: the apt configuration has no %s main, through which to reach %s\n' \
			"${0##*/}" "$own" "$suite" >&2
		return 1
	}
	uri=${mirror%%$'\t'*}
	signed=${mirror#*$'\t'}
	printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\n' "$uri" "$suite"
	[[ $signed == $'\034'* ]] || signed=" $signed"
	[[ $signed == ' ' ]] || printf 'Signed-By:%s\n' "${signed//$'\034'/$'\n '}"
	printf '\n'
}

# apt_private DIR SUITE... - write DIR/private.sources and set the array apt_private_options: given
# to any apt-get or apt-cache command it makes that command see SUITE... and nothing else.
apt_private()
{
	local dir=$1 suite
	shift
	mkdir -p "$dir/lists/partial" "$dir/archives/partial" || return 1
	for suite; do
		apt_stanza "$suite" || return 1
	done >"$dir/private.sources.new"
	mv "$dir/private.sources.new" "$dir/private.sources" || return 1
	# shellcheck disable=SC2034 # for the caller
	apt_private_options=(
		-o "Dir::Etc::sourcelist=$dir/private.sources" -o Dir::Etc::sourceparts=/dev/null
		-o "Dir::State::lists=$dir/lists" -o "Dir::Cache::archives=$dir/archives"
		-o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
		-o APT::Update::Error-Mode=any -o Acquire::Retries=3
	)
}
