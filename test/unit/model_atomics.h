/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef MODEL_ATOMICS_H
#define MODEL_ATOMICS_H
/*
 * C11 atomics that try everything C11 allows. Code that is compiled after the macros at the end of
 * this file runs under Model::explore(), which repeats it with every order of its threads' atomic
 * accesses, and every value that each load may see.
 *
 * How: an atomic object is the list of all values it has had. A thread has a view: how much of each
 * list it must know of. A load picks any value that is not older than the view; with acquire the
 * thread adds the view that the writer had when it stored with release. Exchanges read the newest
 * value. Views hold vector clocks too, so copies of plain memory that are not ordered by
 * happens-before are found: they are data races. Two stores to one object that are not ordered are
 * reported as well, for the lists have one order only. Loads that see values from the future of
 * their own thread are left out: no CPU makes those out of this code, since each store here depends
 * on the loads before it.
 *
 * A state that was there before is not gone into again; it is told by a hash of 64 bits.
 */
#include <setjmp.h>
#include <ucontext.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

namespace model {

const unsigned int MAX_THREADS = 4, MAX_OBJECTS = 8;

/* A place in the code with an order that is stronger than relaxed, or one part of it. */
struct Site {
	std::string file;
	int line = 0;
	std::string part;

	bool operator<(const Site &o) const
	{
		return std::tie(file, line, part) < std::tie(o.file, o.line, o.part);
	}
	std::string text() const
	{
		return file.substr(file.rfind('/') + 1) + ":" + std::to_string(line) + " " + part;
	}
};

struct View {
	std::array<uint8_t, MAX_OBJECTS> seen{};
	std::array<uint8_t, MAX_THREADS> clock{};

	void join(const View &o)
	{
		for (unsigned int i = 0; i < MAX_OBJECTS; i++)
			seen[i] = std::max(seen[i], o.seen[i]);
		for (unsigned int i = 0; i < MAX_THREADS; i++)
			clock[i] = std::max(clock[i], o.clock[i]);
	}
};

struct Value {
	uint64_t value;
	View view;
};

struct Object {
	uint64_t *memory;
	std::vector<Value> values;
};

/* A word of plain memory: who touched it last. */
struct Word {
	unsigned int writer = 0;
	uint8_t written = 0;
	std::array<uint8_t, MAX_THREADS> read{};
};

struct Thread {
	jmp_buf at;
	std::unique_ptr<char[]> stack;
	View view;
	uint64_t history = 0;	/* of all that it has read: with the code, where it is */
	bool done = false, paused = false;
	std::map<unsigned int, unsigned int> looked;	/* object: value, since the last pause */
};

class Model {
public:
	static Model &instance()
	{
		static Model model;

		return model;
	}

	/* Let the accesses at @site be relaxed. */
	void weaken(std::optional<Site> site) { weak = site; }
	const std::set<Site> &sites() const { return strong; }
	size_t runs() const { return n_runs; }
	size_t states() const { return visited.size(); }

	/*
	 * Try all runs; @start makes the world anew, @fault looks at it in the end. The first
	 * fault, or "".
	 */
	std::string explore(unsigned int n, std::function<void()> start,
		std::function<void(unsigned int)> body, std::function<const char *()> fault)
	{
		path.clear();
		visited.clear();
		n_runs = 0;
		run_body = body;
		do {
			objects.clear();
			start();
			n_runs++;
			if (!run(n))
				continue;
			const char *f = error != nullptr ? error : fault();
			if (f != nullptr)
				return f;
		} while (next_path());
		return "";
	}

	/*
	 * Make an atomic object known; @start does it for all, in the same order and at the same
	 * address.
	 */
	void add(uint64_t *p) { objects.push_back({ p, { { *p, View() } } }); }

	uint64_t load(const uint64_t *p, int order, const char *file, int line)
	{
		switch_out();
		return read(object(p), acquires(order, file, line, "acquire"));
	}

	void store(uint64_t *p, uint64_t value, int order, const char *file, int line)
	{
		switch_out();
		const unsigned int o = object(p);
		Thread &t = *threads[current];

		if (t.view.seen[o] + 1u != objects[o].values.size())
			error = "two stores to one object are not ordered";
		write(o, value, releases(order, file, line, "release"), nullptr);
	}

	bool cas(uint64_t *p, uint64_t *expected, uint64_t desired, int success, int failure,
		const char *file, int line)
	{
		switch_out();
		const unsigned int o = object(p);
		Thread &t = *threads[current];
		std::vector<Value> &values = objects[o].values;
		std::vector<unsigned int> others;
		const bool equal = values.back().value == *expected;
		const bool acq = acquires(success, file, line, "success acquire");
		const bool rel = releases(success, file, line, "success release");
		const bool facq = acquires(failure, file, line, "failure acquire");

		for (unsigned int i = t.view.seen[o]; i < values.size(); i++)
			if (values[i].value != *expected)
				others.push_back(i);
		const unsigned int pick = choose(unsigned(others.size()) + equal);
		if (pick < others.size()) {
			*expected = see(o, others[pick], facq);
			return false;
		}
		see(o, unsigned(values.size()) - 1, acq);
		/* What was released before goes on through exchanges: a release sequence. */
		const Value before = values.back();
		write(o, desired, rel, &before);
		return true;
	}

	void pause()
	{
		threads[current]->paused = true;
		switch_out();
	}

	void copy(void *dst, const void *src, size_t size)
	{
		for (size_t i = 0; i < size; i += 4) {
			touch(static_cast<char *>(dst) + i, true);
			touch(static_cast<const char *>(src) + i, false);
		}
		memcpy(dst, src, size);
	}

private:
	static void entry()
	{
		Model &m = instance();

		m.switch_out();
		m.run_body(m.current);
		m.threads[m.current]->done = true;
		m.switch_out();
	}

	/* One run along @path and then on; false if it came to where another one was. */
	bool run(unsigned int n)
	{
		begin(n);
		for (;;) {
			const std::vector<unsigned int> ready = ready_threads();

			if (error != nullptr)
				return true;
			if (ready.empty()) {
				for (const auto &t : threads)
					if (!t->done)
						error = "threads wait for each other";
				return true;
			}
			if (depth == path.size() && !visited.insert(state()).second)
				return false;
			current = ready[choose(unsigned(ready.size()))];
			resume(*threads[current]);
			switch_in();
		}
	}

	void begin(unsigned int n)
	{
		depth = 0;
		error = nullptr;
		words.clear();
		threads.resize(n);
		for (auto &t : threads) {
			if (t == nullptr)
				t = std::make_unique<Thread>();
			if (t->stack == nullptr)
				t->stack = std::make_unique<char[]>(STACK);
			t->view = View();
			t->view.clock[size_t(&t - threads.data())] = 1;
			t->history = 0;
			t->done = t->paused = false;
			t->looked.clear();
		}
		/* Each runs up to its first access, which nobody sees. */
		for (current = 0; current < n; current++) {
			enter(*threads[current]);
			switch_in();
		}
	}

	/*
	 * Contexts begin a stack; jumps between stacks then spare the system call of swapcontext().
	 */
	void enter(Thread &t)
	{
		ucontext_t context, here;

		getcontext(&context);
		context.uc_stack.ss_sp = t.stack.get();
		context.uc_stack.ss_size = STACK;
		context.uc_link = nullptr;
		makecontext(&context, entry, 0);
		if (_setjmp(scheduler) == 0)
			swapcontext(&here, &context);
	}

	/* A thread that spins goes on when there is something new in what it looked at. */
	std::vector<unsigned int> ready_threads() const
	{
		std::vector<unsigned int> ready;

		for (unsigned int i = 0; i < threads.size(); i++)
			if (!threads[i]->done && (!threads[i]->paused || !news(*threads[i]).empty()))
				ready.push_back(i);
		return ready;
	}

	std::vector<std::pair<unsigned int, unsigned int>> news(const Thread &t) const
	{
		std::vector<std::pair<unsigned int, unsigned int>> list;

		for (const auto &[o, value] : t.looked)
			if (objects[o].values.size() > value + 1)
				list.emplace_back(o, value);
		return list;
	}

	void resume(Thread &t)
	{
		if (!t.paused)
			return;
		const auto list = news(t);
		const auto [o, value] = list[choose(unsigned(list.size()))];

		t.view.seen[o] = std::max<uint8_t>(t.view.seen[o], uint8_t(value + 1));
		t.paused = false;
		t.looked.clear();
		mix(t.history, o);
	}

	void switch_in()
	{
		if (_setjmp(scheduler) == 0)
			_longjmp(threads[current]->at, 1);
	}

	void switch_out()
	{
		if (_setjmp(threads[current]->at) == 0)
			_longjmp(scheduler, 1);
	}

	unsigned int choose(unsigned int n)
	{
		if (n <= 1)
			return 0;
		if (depth == path.size())
			path.emplace_back(0, n);
		return path[depth++].first;
	}

	bool next_path()
	{
		while (!path.empty() && path.back().first + 1 == path.back().second)
			path.pop_back();
		if (path.empty())
			return false;
		path.back().first++;
		return true;
	}

	unsigned int object(const uint64_t *p)
	{
		for (unsigned int i = 0; i < objects.size(); i++)
			if (objects[i].memory == p)
				return i;
		abort();
	}

	bool ordered(bool is, const char *file, int line, const char *part)
	{
		if (!is)
			return false;
		const Site site = { file, line, part };

		strong.insert(site);
		return !weak || weak->file != site.file || weak->line != line || weak->part != part;
	}

	bool acquires(int order, const char *file, int line, const char *part)
	{
		return ordered(order == __ATOMIC_ACQUIRE || order == __ATOMIC_ACQ_REL, file, line, part);
	}

	bool releases(int order, const char *file, int line, const char *part)
	{
		return ordered(order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL, file, line, part);
	}

	uint64_t read(unsigned int o, bool acquire)
	{
		const unsigned int oldest = threads[current]->view.seen[o];

		return see(o, oldest + choose(unsigned(objects[o].values.size()) - oldest), acquire);
	}

	uint64_t see(unsigned int o, unsigned int i, bool acquire)
	{
		Thread &t = *threads[current];
		const Value &v = objects[o].values[i];

		t.view.seen[o] = std::max<uint8_t>(t.view.seen[o], uint8_t(i));
		if (acquire)
			t.view.join(v.view);
		t.looked[o] = i;
		mix(t.history, o * 256 + i + 1);
		return v.value;
	}

	void write(unsigned int o, uint64_t value, bool release, const Value *sequence)
	{
		Thread &t = *threads[current];
		View view;

		t.view.seen[o] = uint8_t(objects[o].values.size());
		if (release)
			view = t.view;
		view.seen[o] = t.view.seen[o];
		if (sequence != nullptr)
			view.join(sequence->view);
		objects[o].values.push_back({ value, view });
		*objects[o].memory = value;
		t.view.clock[current]++;
		mix(t.history, 1 << 20);
	}

	void touch(const char *p, bool is_write)
	{
		Thread &t = *threads[current];

		/* Its own stack is nobody else's. */
		if (p >= t.stack.get() && p < t.stack.get() + STACK)
			return;
		Word &w = words[p];
		bool race = t.view.clock[w.writer] < w.written;

		for (unsigned int i = 0; is_write && i < MAX_THREADS; i++)
			race |= t.view.clock[i] < w.read[i];
		if (race)
			error = "a slot is written while another thread uses it";
		if (is_write) {
			w.writer = current;
			w.written = t.view.clock[current];
		} else {
			w.read[current] = t.view.clock[current];
		}
	}

	static void mix(uint64_t &h, uint64_t v)
	{
		h = (h ^ v) * 0x9e3779b97f4a7c15u;
		h ^= h >> 29;
	}

	template<typename T>
	static void mix_all(uint64_t &h, const T &bytes)
	{
		for (auto b : bytes)
			mix(h, b);
	}

	uint64_t state() const
	{
		uint64_t h = 1;

		for (const Object &o : objects) {
			mix(h, o.values.size());
			mix(h, reinterpret_cast<uintptr_t>(o.memory));
			for (const Value &v : o.values) {
				mix(h, v.value);
				mix_all(h, v.view.seen);
				mix_all(h, v.view.clock);
			}
		}
		for (const auto &t : threads) {
			mix(h, t->history);
			mix(h, t->done * 2 + t->paused);
			mix_all(h, t->view.seen);
			mix_all(h, t->view.clock);
		}
		for (const auto &[p, w] : words) {
			mix(h, reinterpret_cast<uintptr_t>(p));
			mix(h, w.writer * 256 + w.written);
			mix_all(h, w.read);
		}
		return h;
	}

	static const size_t STACK = 64 << 10;

	jmp_buf scheduler;
	std::vector<std::unique_ptr<Thread>> threads;
	std::vector<Object> objects;
	std::map<const char *, Word> words;
	std::vector<std::pair<unsigned int, unsigned int>> path;	/* choice, out of */
	size_t depth = 0, n_runs = 0;
	std::unordered_set<uint64_t> visited;
	std::set<Site> strong;
	std::optional<Site> weak;
	std::function<void(unsigned int)> run_body;
	const char *error = nullptr;
	unsigned int current = 0;
};

} // namespace model

#define __atomic_load_n(p, order) \
	model::Model::instance().load(p, order, __FILE__, __LINE__)
#define __atomic_store_n(p, value, order) \
	model::Model::instance().store(p, value, order, __FILE__, __LINE__)
#define __atomic_compare_exchange_n(p, expected, desired, weak, success, failure) \
	model::Model::instance().cas(p, expected, desired, success, failure, __FILE__, __LINE__)
#define __builtin_memcpy(dst, src, size) model::Model::instance().copy(dst, src, size)
#define plx_pause() model::Model::instance().pause()

#endif
