/* SPDX-License-Identifier: BSD-3-Clause */
/* Forwarding: the modes, starting them on the lcores, stopping them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <plx_errno.h>

#include "testpmd.h"

static const struct fwd_engine *const engines[] = {
	&io_engine, &mac_engine, &macswap_engine, &rxonly_engine, &txonly_engine, &icmpecho_engine,
	&csum_engine,
};

const struct fwd_engine *
fwd_engine_find(const char *name)
{
	for (size_t i = 0; i < PLX_DIM(engines); i++)
		if (strcmp(engines[i]->name, name) == 0)
			return engines[i];
	return NULL;
}

void
fwd_engine_names(char *buf, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < PLX_DIM(engines) && used < size; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%s",
			i == 0 ? "" : i + 1 < PLX_DIM(engines) ? ", " : " or ", engines[i]->name);
}

/* Runs on an lcore until it is told to stop. */
static int
forward_loop(void *arg)
{
	struct fwd_lcore *fc = arg;

	do {
		for (unsigned int i = 0; i < fc->nb_streams; i++)
			if (!fc->streams[i].disabled)
				fc->packet_fwd(&fc->streams[i]);
	} while (!__atomic_load_n(&fc->stop, __ATOMIC_RELAXED));
	return 0;
}

/* Runs on an lcore: one burst of generated packets by each of its streams. */
static int
tx_first_burst(void *arg)
{
	struct fwd_lcore *fc = arg;

	for (unsigned int i = 0; i < fc->nb_streams; i++)
		if (!fc->streams[i].disabled)
			txonly_engine.packet_fwd(&fc->streams[i]);
	return 0;
}

static void
wait_lcores(const struct testpmd *tp, unsigned int nb_lcores)
{
	for (unsigned int i = 0; i < nb_lcores; i++)
		plx_eal_wait_lcore(tp->lcores[i].lcore_id);
}

static void
stop_lcores(struct testpmd *tp, unsigned int nb_lcores)
{
	for (unsigned int i = 0; i < nb_lcores; i++)
		__atomic_store_n(&tp->lcores[i].stop, 1, __ATOMIC_RELAXED);
}

static int
launch(struct testpmd *tp, lcore_function_t *f)
{
	for (unsigned int i = 0; i < tp->nb_lcores; i++) {
		struct fwd_lcore *fc = &tp->lcores[i];
		int ret = plx_eal_remote_launch(f, fc, fc->lcore_id);

		if (ret == 0)
			continue;
		TESTPMD_LOG(ERR, "lcore %u can't be launched (%s)", fc->lcore_id,
			plx_strerror(ret));
		stop_lcores(tp, i);
		wait_lcores(tp, i);
		return ret;
	}
	return 0;
}

static void
engine_end(struct testpmd *tp, const struct fwd_engine *engine)
{
	for (unsigned int i = 0; i < tp->nb_lcores && engine->end != NULL; i++)
		for (unsigned int j = 0; j < tp->lcores[i].nb_streams; j++)
			engine->end(&tp->lcores[i].streams[j]);
}

/* An engine's end() may be called for streams whose begin() was not, or failed. */
static int
engine_begin(struct testpmd *tp, const struct fwd_engine *engine)
{
	for (unsigned int i = 0; i < tp->nb_lcores && engine->begin != NULL; i++) {
		for (unsigned int j = 0; j < tp->lcores[i].nb_streams; j++) {
			int ret = engine->begin(&tp->lcores[i].streams[j]);

			if (ret == 0)
				continue;
			TESTPMD_LOG(ERR, "mode %s can't start (%s)", engine->name,
				plx_strerror(ret));
			engine_end(tp, engine);
			return ret;
		}
	}
	return 0;
}

static int
tx_first(struct testpmd *tp)
{
	int ret = engine_begin(tp, &txonly_engine);

	if (ret < 0)
		return ret;
	ret = launch(tp, tx_first_burst);
	if (ret == 0)
		wait_lcores(tp, tp->nb_lcores);
	engine_end(tp, &txonly_engine);
	return ret;
}

static int
start(struct testpmd *tp, bool with_tx_first)
{
	int ret = 0;

	for (unsigned int i = 0; i < tp->nb_ports && !tp->opts.no_flush_rx; i++)
		port_flush(&tp->opts, &tp->ports[i]);
	stats_start(tp);
	if (with_tx_first)
		ret = tx_first(tp);
	if (ret == 0)
		ret = engine_begin(tp, tp->opts.engine);
	if (ret < 0)
		return ret;
	ret = launch(tp, forward_loop);
	if (ret < 0)
		engine_end(tp, tp->opts.engine);
	return ret;
}

int
forward_start(struct testpmd *tp, bool with_tx_first)
{
	int ret;

	tp->wanted = true;
	if (tp->nb_ports == 0)
		return 0;
	ret = streams_create(tp);
	if (ret < 0)
		return ret;
	streams_print(tp);
	fflush(stdout);
	ret = start(tp, with_tx_first);
	tp->forwarding = ret == 0;
	if (ret < 0)
		streams_free(tp);
	return ret;
}

void
forward_stop(struct testpmd *tp)
{
	if (!tp->forwarding)
		return;
	printf("Telling cores to stop...");
	stop_lcores(tp, tp->nb_lcores);
	printf("\nWaiting for lcores to finish...\n");
	wait_lcores(tp, tp->nb_lcores);
	engine_end(tp, tp->opts.engine);
	stats_show_forward(tp);
	printf("\nDone.\n");
	fflush(stdout);
	streams_free(tp);
	tp->forwarding = false;
}
