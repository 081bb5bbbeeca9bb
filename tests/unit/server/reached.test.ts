import { expect, test } from 'vitest';
import { reachedBy } from '#lib/server/reached.ts';

const from = (host: string, localAddress: string) =>
	reachedBy({
		headers: { host },
		socket: { localAddress, localPort: 3000 }
	} as Parameters<typeof reachedBy>[0]);

test.each([
	['localhost:3000', '127.0.0.1', 'http://localhost:3000'],
	['192.168.1.7:3000', '::ffff:192.168.1.7', 'http://192.168.1.7:3000'],
	['[fd00::7]:3000', 'fd00::7', 'http://[fd00::7]:3000'],
	['evil.example', '192.168.1.7', 'http://192.168.1.7:3000'],
	['localhost:9@evil.example', '127.0.0.1', 'http://127.0.0.1:3000'],
	['localhost:666', '127.0.0.1', 'http://localhost:3000']
])('a request for %s on %s came by %s', (host, address, origin) => {
	expect(from(host, address)).toBe(origin);
});
