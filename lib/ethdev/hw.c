/* SPDX-License-Identifier: BSD-3-Clause */
/* What is near the chip: flow control, link, LED, EEPROM, registers, firmware, packet types. */
#include <plx_ptype.h>

#include "ethdev_private.h"

int
plx_eth_dev_flow_ctrl_get(uint16_t port_id, struct plx_eth_fc_conf *fc_conf)
{
	struct plx_eth_dev *dev = eth_dev_get(port_id);

	if (dev == NULL)
		return -ENODEV;
	if (dev->dev_ops->flow_ctrl_get == NULL)
		return -ENOTSUP;
	/* What the next start will set. */
	if (dev->state != PLX_ETH_DEV_STARTED && dev->fc_set) {
		*fc_conf = dev->fc_conf;
		return 0;
	}
	*fc_conf = (struct plx_eth_fc_conf){ 0 };
	return dev->dev_ops->flow_ctrl_get(dev, fc_conf);
}

int
plx_eth_dev_flow_ctrl_set(uint16_t port_id, const struct plx_eth_fc_conf *fc_conf)
{
	const char *what = "set flow control";
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, what);
	int ret = 0;

	if (dev == NULL)
		return -ENODEV;
	if (dev->dev_ops->flow_ctrl_set == NULL)
		return eth_dev_result(dev, what, -ENOTSUP);
	if ((unsigned int)fc_conf->mode > PLX_ETH_FC_FULL)
		return eth_dev_refuse(dev, -EINVAL, "there is no flow control mode %d",
			fc_conf->mode);
	if (fc_conf->low_water > fc_conf->high_water)
		return eth_dev_refuse(dev, -EINVAL, "flow control from %u bytes on, down to %u asked "
			"for: low_water must not be above high_water", fc_conf->high_water,
			fc_conf->low_water);
	if (dev->state == PLX_ETH_DEV_STARTED)
		ret = dev->dev_ops->flow_ctrl_set(dev, fc_conf);
	if (ret == 0) {
		dev->fc_conf = *fc_conf;
		dev->fc_set = 1;
	}
	return eth_dev_result(dev, what, ret);
}

static int
set_link(struct plx_eth_dev *dev, const char *what, int (*op)(struct plx_eth_dev *dev))
{
	if (op == NULL)
		return eth_dev_result(dev, what, -ENOTSUP);
	if (dev->state != PLX_ETH_DEV_STARTED)
		return eth_dev_refuse(dev, -EINVAL, "can't %s: start it first", what);
	return eth_dev_result(dev, what, op(dev));
}

int
plx_eth_dev_set_link_up(uint16_t port_id)
{
	const char *what = "set the link up";
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, what);

	return dev != NULL ? set_link(dev, what, dev->dev_ops->dev_set_link_up) : -ENODEV;
}

int
plx_eth_dev_set_link_down(uint16_t port_id)
{
	const char *what = "set the link down";
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, what);

	return dev != NULL ? set_link(dev, what, dev->dev_ops->dev_set_link_down) : -ENODEV;
}

int
plx_eth_led_on(uint16_t port_id)
{
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, "light the LED");

	if (dev == NULL)
		return -ENODEV;
	return eth_dev_result(dev, "light the LED",
		dev->dev_ops->dev_led_on != NULL ? dev->dev_ops->dev_led_on(dev) : -ENOTSUP);
}

int
plx_eth_led_off(uint16_t port_id)
{
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, "leave the LED to the chip");

	if (dev == NULL)
		return -ENODEV;
	return eth_dev_result(dev, "leave the LED to the chip",
		dev->dev_ops->dev_led_off != NULL ? dev->dev_ops->dev_led_off(dev) : -ENOTSUP);
}

int
plx_eth_dev_get_eeprom_length(uint16_t port_id)
{
	struct plx_eth_dev *dev = eth_dev_get(port_id);

	if (dev == NULL)
		return -ENODEV;
	return dev->dev_ops->get_eeprom_length != NULL ? dev->dev_ops->get_eeprom_length(dev) :
		-ENOTSUP;
}

/* Does the piece lie within the EEPROM? */
static bool
in_eeprom(const struct plx_dev_eeprom_info *info, int length)
{
	return info->data != NULL && (uint64_t)info->offset + info->length <= (uint64_t)length;
}

int
plx_eth_dev_get_eeprom(uint16_t port_id, struct plx_dev_eeprom_info *info)
{
	struct plx_eth_dev *dev = eth_dev_get(port_id);
	int length = plx_eth_dev_get_eeprom_length(port_id);

	if (length < 0)
		return length;
	if (dev->dev_ops->get_eeprom == NULL)
		return -ENOTSUP;
	return in_eeprom(info, length) ? dev->dev_ops->get_eeprom(dev, info) : -EINVAL;
}

int
plx_eth_dev_set_eeprom(uint16_t port_id, const struct plx_dev_eeprom_info *info)
{
	const char *what = "write the EEPROM";
	struct plx_eth_dev *dev = eth_dev_get_to(port_id, what);
	int length;

	if (dev == NULL)
		return -ENODEV;
	if (dev->dev_ops->set_eeprom == NULL)
		return eth_dev_result(dev, what, -ENOTSUP);
	length = plx_eth_dev_get_eeprom_length(port_id);
	if (length < 0)
		return eth_dev_result(dev, what, length);
	if (!in_eeprom(info, length))
		return eth_dev_refuse(dev, -EINVAL, "%u bytes at %u of the EEPROM asked for, it has %d",
			info->length, info->offset, length);
	return eth_dev_result(dev, what, dev->dev_ops->set_eeprom(dev, info));
}

int
plx_eth_dev_get_reg_info(uint16_t port_id, struct plx_dev_reg_info *info)
{
	struct plx_eth_dev *dev = eth_dev_get(port_id);

	if (dev == NULL)
		return -ENODEV;
	return dev->dev_ops->get_reg != NULL ? dev->dev_ops->get_reg(dev, info) : -ENOTSUP;
}

int
plx_eth_dev_fw_version_get(uint16_t port_id, char *fw_version, size_t fw_size)
{
	struct plx_eth_dev *dev = eth_dev_get(port_id);

	if (dev == NULL)
		return -ENODEV;
	return dev->dev_ops->fw_version_get != NULL ?
		dev->dev_ops->fw_version_get(dev, fw_version, fw_size) : -ENOTSUP;
}

int
plx_eth_dev_get_supported_ptypes(uint16_t port_id, uint32_t ptype_mask, uint32_t *ptypes, int num)
{
	struct plx_eth_dev *dev = eth_dev_get(port_id);
	const uint32_t *all;
	int n = 0;

	if (dev == NULL)
		return -ENODEV;
	all = dev->dev_ops->supported_ptypes != NULL ? dev->dev_ops->supported_ptypes(dev) : NULL;
	for (; all != NULL && *all != PLX_PTYPE_UNKNOWN; all++) {
		if (!(*all & ptype_mask))
			continue;
		if (n < num)
			ptypes[n] = *all;
		n++;
	}
	return n;
}

int
plx_eth_tx_done_cleanup(uint16_t port_id, uint16_t queue_id, uint32_t free_cnt)
{
	struct plx_eth_dev *dev = eth_dev_get(port_id);

	if (dev == NULL)
		return -ENODEV;
	if (dev->dev_ops->tx_done_cleanup == NULL)
		return -ENOTSUP;
	if (queue_id >= dev->nb_tx_queues || dev->tx_queues[queue_id] == NULL)
		return -EINVAL;
	return dev->dev_ops->tx_done_cleanup(dev, queue_id, free_cnt);
}
