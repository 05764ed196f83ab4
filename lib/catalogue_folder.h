/* Where the catalogue is: the environment variable DSE_CATALOGUE, or share/dse/catalogue of the
 * installation that this code is in, or the sources. */
#ifndef LIB_CATALOGUE_FOLDER_H
#define LIB_CATALOGUE_FOLDER_H

#include "arch/catalogue/catalogue.h"

char *catalogue_folder_found(void); /* caller frees */

/* Opens it. */
int open_catalogue(struct catalogue **out, struct err *err);

#endif
