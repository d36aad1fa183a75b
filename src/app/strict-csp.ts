import { z } from 'zod';

// zod compiles schemas with `new Function`, which a strict content security policy refuses. Import this first.
z.config({ jitless: true });
