# shellcheck shell=bash
# shellcheck disable=SC2154 # test/lab/kernel sets what is read here
# kernel-stock.sh - get Debian's own kernel, the one of the release that this machine runs.
#
# Sourced by test/lab/kernel.

# What the guest needs that is no part of the image; what these need comes along.
readonly STOCK_MODULES='9p 9pnet_virtio bridge e1000e igb igbvf overlay tun veth vfio-pci
	vfio_iommu_type1 virtio_console virtio_net virtio_pci vmxnet3'

# Download the image's package, and have the cache hold the image and those modules:
# linux-VERSION-HASH/vmlinuz and its lib/modules/RELEASE.
get_stock()
{
	local codename suites suite directory
	codename=$(apt_codename)
	suites=("$codename")
	for suite in "$codename-updates" "$codename-security"; do
		! apt_mirror "$suite" >/dev/null || suites+=("$suite")
	done
	read_lists "${suites[@]}"
	package=$(apt-cache "${apt_options[@]}" depends linux-image-amd64 |
		awk '$1 == "Depends:" && $2 ~ /^linux-image-/ { print $2; exit }')
	[[ -n $package ]] || die "no linux-image-amd64 in ${suites[*]}"
	version=$(apt-cache "${apt_options[@]}" madison "$package" | awk 'NR == 1 { print $3 }')
	directory=linux-$version-$(hash_of stock)
	if [[ ! -d $cache/$directory ]]; then
		export -f unpack_stock
		export build STOCK_MODULES
		progress_run "downloading $package" \
			env -C "$build" apt-get "${apt_options[@]}" download "$package=$version"
		progress_run "unpacking" bash -euo pipefail -c unpack_stock
		mv "$build/stock" "$cache/$directory"
	fi
	point_to "$directory/vmlinuz" "$link"
}

unpack_stock()
{
	local release module file
	cd "$build"
	mkdir deb stock
	dpkg-deb -x linux-image-*.deb deb
	release=$(ls deb/lib/modules)
	cp "deb/boot/vmlinuz-$release" stock/vmlinuz
	mkdir -p "stock/lib/modules/$release"
	busybox depmod -b deb "$release"
	# "MODULE.ko: NEEDED.ko ...".
	awk -F '[: ]+' -v wanted="$STOCK_MODULES" '
	BEGIN { n = split(wanted, name, /[ \t\n]+/); for (i = 1; i <= n; i++) want[name[i]] }
	{
		module = $1
		gsub(/.*\/|\.ko.*/, "", module)
		if (module in want)
			for (i = 1; i <= NF; i++)
				if ($i != "")
					print $i
	}' "deb/lib/modules/$release/modules.dep" | sort -u >needed
	(cd "deb/lib/modules/$release" && xargs cp -t "$build/stock/lib/modules/$release" <"$build/needed")
	# busybox of the guest reads them as they are.
	find stock -name '*.xz' -exec xz -d {} +
	cp "deb/lib/modules/$release/modules.builtin" "stock/lib/modules/$release"
	busybox depmod -b stock "$release"
}
