/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PLX_ETHDEV_HW_H
#define PLX_ETHDEV_HW_H
/**
 * DOC: What is near the chip: flow control, LED, EEPROM, registers, link. Programs include
 * <plx_ethdev.h>.
 *
 * Each of them answers -ENOTSUP where the chip or its driver has no such thing, and -ENODEV for a
 * port that is not there. What fails is logged, but for what only reads.
 */
#include <plx_common.h>

PLX_BEGIN_DECLS

/** enum plx_eth_fc_mode - flow control by pause frames (IEEE 802.3 annex 31B). */
enum plx_eth_fc_mode {
	PLX_ETH_FC_NONE,
	PLX_ETH_FC_RX_PAUSE,	/* we stop sending when the other side asks for it */
	PLX_ETH_FC_TX_PAUSE,	/* we ask the other side to stop */
	PLX_ETH_FC_FULL,	/* both */
};

/**
 * struct plx_eth_fc_conf - flow control.
 * @high_water: bytes in the receive buffer from which on we ask the other side to stop.
 * @low_water: bytes from which on it may go on.
 * @pause_time: how long it shall stop, in units of 512 bit times.
 * @send_xon: 1: tell it when it may go on.
 * @mode: direction.
 * @mac_ctrl_frame_fwd: 1: MAC control frames are received as packets.
 * @autoneg: 1: negotiated with the other side.
 */
struct plx_eth_fc_conf {
	uint32_t high_water;
	uint32_t low_water;
	uint16_t pause_time;
	uint16_t send_xon;
	enum plx_eth_fc_mode mode;
	uint8_t mac_ctrl_frame_fwd;
	uint8_t autoneg;
};

/** plx_eth_dev_flow_ctrl_get() - read it. Return: 0; an errno. */
PLX_EXPORT int plx_eth_dev_flow_ctrl_get(uint16_t port_id, struct plx_eth_fc_conf *fc_conf);
/**
 * plx_eth_dev_flow_ctrl_set() - set it; of a started port at once, and from each start on.
 * Return: 0; -EINVAL for water marks that the chip can't have, or low above high; an errno.
 */
PLX_EXPORT int plx_eth_dev_flow_ctrl_set(uint16_t port_id, const struct plx_eth_fc_conf *fc_conf);

/** plx_eth_dev_set_link_up() - let a started port have a link. Return: 0; -EINVAL if stopped. */
PLX_EXPORT int plx_eth_dev_set_link_up(uint16_t port_id);
/** plx_eth_dev_set_link_down() - no link, until the next plx_eth_dev_set_link_up() or start. */
PLX_EXPORT int plx_eth_dev_set_link_down(uint16_t port_id);

/** plx_eth_led_on() - light the LED, to find the port. Return: 0; an errno. */
PLX_EXPORT int plx_eth_led_on(uint16_t port_id);
/** plx_eth_led_off() - let the LED be as the chip wants. Return: 0; an errno. */
PLX_EXPORT int plx_eth_led_off(uint16_t port_id);

/**
 * struct plx_dev_eeprom_info - a piece of the EEPROM.
 * @data: @length bytes, the caller's.
 * @offset: in bytes.
 * @length: in bytes.
 * @magic: set by get; set must say the same, as ethtool's.
 */
struct plx_dev_eeprom_info {
	void *data;
	uint32_t offset;
	uint32_t length;
	uint32_t magic;
};

/** plx_eth_dev_get_eeprom_length() - bytes of the EEPROM; or an errno. */
PLX_EXPORT int plx_eth_dev_get_eeprom_length(uint16_t port_id);
/** plx_eth_dev_get_eeprom() - read. Return: 0; -EINVAL beyond its end; -ETIMEDOUT; an errno. */
PLX_EXPORT int plx_eth_dev_get_eeprom(uint16_t port_id, struct plx_dev_eeprom_info *info);
/** plx_eth_dev_set_eeprom() - write. Return: as plx_eth_dev_get_eeprom(). */
PLX_EXPORT int plx_eth_dev_set_eeprom(uint16_t port_id, const struct plx_dev_eeprom_info *info);

/** PLX_DEV_REG_NAME_SIZE - bytes of a register's name, the final NUL included. */
#define PLX_DEV_REG_NAME_SIZE 32

/**
 * struct plx_dev_reg_info - registers of a port.
 * @data: @length values of @width bytes, in the driver's order; NULL: only say how many.
 * @names: @length names of PLX_DEV_REG_NAME_SIZE bytes; may be NULL.
 * @offset: first value; 0 for all.
 * @length: values; set by the call.
 * @width: bytes of a value; set by the call.
 * @version: vendor and device id and revision, (vendor << 24 | device << 8 | revision); set.
 */
struct plx_dev_reg_info {
	void *data;
	char (*names)[PLX_DEV_REG_NAME_SIZE];
	uint32_t offset;
	uint32_t length;
	uint32_t width;
	uint64_t version;
};

/** plx_eth_dev_get_reg_info() - read them. Return: 0; -EINVAL for an offset beyond; an errno. */
PLX_EXPORT int plx_eth_dev_get_reg_info(uint16_t port_id, struct plx_dev_reg_info *info);

/** plx_eth_dev_fw_version_get() - firmware as text. Return: 0; -ENOSPC if @fw_size is too small. */
PLX_EXPORT int plx_eth_dev_fw_version_get(uint16_t port_id, char *fw_version, size_t fw_size);

PLX_END_DECLS
#endif
