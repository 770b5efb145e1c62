/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * hold_devices ARG... - open the devices that the EAL arguments name, say "ready", and hold them until
 * standard input ends. Exit status 1 if the EAL would not start.
 */
#include <cstdio>
#include <cstdlib>

#include <plx_bus_vfio.h>
#include <plx_eal.h>

namespace {

/* The 82576 and its virtual function: the lab's SR-IOV device. */
const plx_pci_id ids[] = {
	{ PLX_PCI_DEVICE(0x8086, 0x10c9) },
	{ PLX_PCI_DEVICE(0x8086, 0x10ca) },
	{},
};

plx_pci_driver driver;

} // namespace

int
main(int argc, char **argv)
{
	driver.driver.name = "test";
	driver.id_table = ids;
	driver.probe = [](const plx_pci_driver *, plx_pci_device *) { return 0; };
	driver.remove = [](plx_pci_device *) { return 0; };
	plx_pci_register(&driver);
	if (plx_eal_init(argc, argv) < 0)
		return EXIT_FAILURE;
	puts("ready");
	fflush(stdout);
	while (getchar() != EOF)
		;
	return plx_eal_cleanup() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
