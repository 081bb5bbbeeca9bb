import type { Plugin } from 'vite';

const DATA = /const iconData = (\{.*\});/;

/**
 * Lucide's icons as plain templates. Each of its components hands its drawing to a general one that
 * builds every line of it anew in the browser: in a list of thousands of rows that is most of the
 * work, and its code the weight of twenty icons. Takes `size` and `strokeWidth`, all that Icon.svelte
 * gives. A file that looks different in a later version of the library stays as it is.
 */
export function flatIcons(): Plugin {
	return {
		name: 'flat-icons',
		enforce: 'pre',
		transform: {
			filter: { id: /@lucide\/svelte\/dist\/icons\/[^?]*\.svelte$/ },
			handler(code) {
				const data = DATA.exec(code)?.[1];
				return data === undefined ? null : { code: template(JSON.parse(data)), map: null };
			}
		}
	};
}

/** An icon as the library has it: elements with their attributes, on a square of `size`. */
interface Drawing {
	size: number;
	node: [tag: string, attributes: Record<string, string>][];
}

function template({ size, node }: Drawing): string {
	const lines = node.map(([tag, attributes]) => {
		const written = Object.entries(attributes).map(([name, value]) => `${name}="${value}"`);
		return `<${tag} ${written.join(' ')} />`;
	});
	return `<script>let { size = ${size}, strokeWidth = 2 } = $props();</script>
<svg class="lucide" width={size} height={size} viewBox="0 0 ${size} ${size}" fill="none" stroke="currentColor" stroke-width={strokeWidth} stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${lines.join('')}</svg>`;
}
