import { existsSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { BODY_LIMIT } from './body.ts';
import type { Config } from './config.ts';
import { type CercleRequest, withRequest } from './platform.ts';
import { Refusal } from './refusal.ts';

/** Whatever answers everything that is not the API: the built pages, or Vite's. */
export interface Pages {
	handle(request: CercleRequest, response: ServerResponse, otherwise: () => void): void;
	close(): Promise<void>;
}

type Handler = (request: IncomingMessage, response: ServerResponse, otherwise: () => void) => void;
const builtFormat = z.object({
	handler: z.custom<Handler>((value) => typeof value === 'function')
});

/** What the pages read from the environment; set before they are loaded, since they read it once. */
export function lendEnvironment(config: Config, publishableKey: string): void {
	process.env.PUBLIC_SUPABASE_URL = config.hosted?.url ?? '';
	process.env.PUBLIC_SUPABASE_PUBLISHABLE_KEY = publishableKey;
	process.env.PUBLIC_CERCLE_DEMO = config.demo ? '1' : '';
	process.env.BODY_SIZE_LIMIT = String(BODY_LIMIT);
	if (config.originGiven) process.env.ORIGIN = config.origin;
	else {
		// The address is not known beforehand: it is the one each request came to.
		delete process.env.ORIGIN;
		process.env.PROTOCOL_HEADER = PROTOCOL_HEADER;
	}
}

const PROTOCOL_HEADER = 'x-cercle-protocol';

export async function openBuilt(root: string): Promise<Pages> {
	const file = join(root, 'build', 'handler.js');
	if (!existsSync(file)) throw new Refusal('The pages are not built: run `npm run build`.');
	const { handler } = builtFormat.parse(await import(pathToFileURL(file).href));
	return {
		handle: (request, response, otherwise) => {
			request.headers[PROTOCOL_HEADER] = 'http';
			handler(request, response, otherwise);
		},
		close: async () => undefined
	};
}

/** The pages from their sources, with hot reload over the same server. */
export async function openVite(root: string, server: Server): Promise<Pages> {
	const { createServer } = await import('vite');
	const vite = await createServer({
		root,
		appType: 'custom',
		clearScreen: false,
		server: { middlewareMode: true, hmr: { server } }
	});
	return {
		handle: (request, response, otherwise) =>
			withRequest(request, () => vite.middlewares(request, response, otherwise)),
		close: () => vite.close()
	};
}
