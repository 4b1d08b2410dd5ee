/*
 * A milter that looks at everything and does nothing: what any milter costs,
 * beside which the guard is measured. usage: noop_milter unix:PATH
 */
#include <libmilter/mfapi.h>
#include <stdint.h>
#include <stdlib.h>

static sfsistat
on_envelope(SMFICTX *ctx, char **argv)
{
	(void)ctx;
	(void)argv;
	return SMFIS_CONTINUE;
}

static sfsistat
on_body(SMFICTX *ctx, unsigned char *p, size_t n)
{
	(void)ctx;
	(void)p;
	(void)n;
	return SMFIS_CONTINUE;
}

static sfsistat
on_end(SMFICTX *ctx)
{
	(void)ctx;
	return SMFIS_ACCEPT;
}

static sfsistat
on_field(SMFICTX *ctx, char *name, char *value)
{
	(void)ctx;
	(void)name;
	(void)value;
	return SMFIS_CONTINUE;
}

int
main(int argc, char **argv)
{
	struct smfiDesc d = {
		.xxfi_name = (char *)(uintptr_t)"noop",
		.xxfi_version = SMFI_VERSION, .xxfi_envfrom = on_envelope,
		.xxfi_envrcpt = on_envelope, .xxfi_header = on_field,
		.xxfi_body = on_body, .xxfi_eom = on_end,
	};

	if (argc != 2 || smfi_register(d) != MI_SUCCESS ||
	    smfi_setconn(argv[1]) != MI_SUCCESS)
		return EXIT_FAILURE;
	return smfi_main() == MI_SUCCESS ? EXIT_SUCCESS : EXIT_FAILURE;
}
