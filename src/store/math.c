/*
 * The functions of libm that SQLite's archive wants for SQL that nobody writes here (sin(), pow(),
 * ...): looked up at their first call, so that no command loads libm. What is missing in this list
 * links libm, as without it.
 */
#include <dlfcn.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#ifdef __GLIBC__
#include <gnu/lib-names.h>
#else
#define LIBM_SO "libm.so"
#endif

/* Hidden: modules use their own. */
#define HIDDEN __attribute__((visibility("hidden")))

static void *find(const char *name)
{
	void *found = dlsym(RTLD_DEFAULT, name);
	void *libm = found ? NULL : dlopen(LIBM_SO, RTLD_LAZY | RTLD_LOCAL);

	return libm ? dlsym(libm, name) : found;
}

static double call(const char *name, double x)
{
	double (*function)(double);
	void *found = find(name);

	memcpy(&function, &found, sizeof(function));
	return found ? function(x) : (double)NAN;
}

static double call_two(const char *name, double x, double y)
{
	double (*function)(double, double);
	void *found = find(name);

	memcpy(&function, &found, sizeof(function));
	return found ? function(x, y) : (double)NAN;
}

#define ONE(name) HIDDEN double name(double x) { return call(#name, x); }
#define TWO(name) HIDDEN double name(double x, double y) { return call_two(#name, x, y); }

ONE(acos)
ONE(acosh)
ONE(asin)
ONE(asinh)
ONE(atan)
ONE(atanh)
ONE(ceil)
ONE(cos)
ONE(cosh)
ONE(exp)
ONE(floor)
ONE(log)
ONE(log10)
ONE(log2)
ONE(sin)
ONE(sinh)
ONE(sqrt)
ONE(tan)
ONE(tanh)
ONE(trunc)
TWO(atan2)
TWO(fmod)
TWO(pow)
