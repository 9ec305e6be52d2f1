// The little that pages cannot do without script. Every page works without it.
"use strict";
