/* SPDX-License-Identifier: BSD-3-Clause */
/* EEPROM and registers of a port of any family, for people who look at it. */
#include <stdio.h>
#include <string.h>

#include "e1000_port.h"

/* PCI 3.0 section 6.2.1: vendor and device id, revision. */
#define PCI_REVISION 0x08

int
e1000_get_eeprom_length(struct plx_eth_dev *dev)
{
	uint32_t words = e1000_nvm_words(e1000_hw(dev));

	return words > 0 ? (int)words * 2 : -ENOTSUP;
}

int
e1000_get_eeprom(struct plx_eth_dev *dev, struct plx_dev_eeprom_info *info)
{
	const struct plx_pci_id *id = &e1000_port(dev)->pci_dev->id;
	const struct e1000_hw *hw = e1000_hw(dev);
	const uint32_t bytes = e1000_nvm_words(hw) * 2;
	uint8_t *data = info->data;
	uint16_t word;

	if (info->offset > bytes || info->length > bytes - info->offset)
		return -EINVAL;
	for (uint32_t i = 0; i < info->length; i++) {
		const uint32_t at = info->offset + i;

		if (i == 0 || at % 2 == 0) {
			int ret = e1000_nvm_read(hw, at / 2, 1, &word);

			if (ret < 0)
				return ret;
		}
		data[i] = (uint8_t)(at % 2 == 0 ? word : word >> 8);
	}
	info->magic = (uint32_t)id->device_id << 16 | id->vendor_id;
	return 0;
}

int
e1000_get_reg(struct plx_eth_dev *dev, struct plx_dev_reg_info *info)
{
	const struct plx_pci_device *pci_dev = e1000_port(dev)->pci_dev;
	const struct e1000_hw *hw = e1000_hw(dev);
	const struct e1000_family *family = hw->family;
	uint32_t *values = info->data;
	uint8_t revision = 0;
	int ret;

	if (info->offset > family->nb_regs)
		return -EINVAL;
	ret = plx_pci_read_config(pci_dev, &revision, sizeof(revision), PCI_REVISION);
	if (ret < 0)
		return ret;
	info->length = family->nb_regs - info->offset;
	info->width = sizeof(uint32_t);
	info->version = (uint64_t)pci_dev->id.vendor_id << 24 |
		(uint64_t)pci_dev->id.device_id << 8 | revision;
	for (uint32_t i = 0; i < info->length; i++) {
		const struct e1000_reg *reg = &family->regs[info->offset + i];

		if (info->names != NULL)
			snprintf(info->names[i], PLX_DEV_REG_NAME_SIZE, "%s", reg->name);
		if (values != NULL)
			values[i] = e1000_read(hw, reg->offset);
	}
	return 0;
}
