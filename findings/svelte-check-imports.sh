#!/usr/bin/env bash
# svelte-check with --incremental or --tsgo does not check a component that is imported by a name of
# package.json's "imports". See README.md for what was seen. Exits 1 when that changed.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir -p src/lib
echo '{ "type": "module", "private": true, "imports": { "#lib/*": "./src/lib/*" } }' >package.json
cat >tsconfig.json <<'JSON'
{
	"compilerOptions": {
		"strict": true,
		"module": "esnext",
		"target": "esnext",
		"moduleResolution": "bundler",
		"noEmit": true,
		"skipLibCheck": true,
		"types": []
	},
	"include": ["src"]
}
JSON
npm install --no-save --no-fund --no-audit --loglevel=error svelte-check@4.7.8 svelte@5.57.3 \
	typescript@6.0.3 @typescript/native@npm:typescript@7.0.2 >npm.log 2>&1 || { cat npm.log; exit 1; }

cat >src/lib/Item.svelte <<'SVELTE'
<script lang="ts">
	let { name }: { name: string } = $props();
</script>

{name}
SVELTE
# Two pages with one mistake, a prop that is none. They differ in how they name the component.
page() {
	cat >"src/lib/$1.svelte" <<SVELTE
<script lang="ts">
	import Item from '$2';
</script>

<Item name="a" wrong={3} />
SVELTE
}
page Near ./Item.svelte
page Named '#lib/Item.svelte'

same=0
look() { # the pages in which the mistake is to be found, then svelte-check's options
	local expected=$1 found
	shift
	# It ends with 1 because of the mistake.
	found=$({ node_modules/.bin/svelte-check --tsconfig tsconfig.json --output machine "$@" || true; } |
		sed -n 's/.* ERROR "src\/lib\/\([A-Za-z]*\)\.svelte".*/\1/p' | sort | xargs)
	echo "${*:-plain}: $found"
	[ "$found" = "$expected" ] || same=1
}
echo "svelte-check 4.7.8, TypeScript 6.0.3 and 7.0.2, Node $(node --version)"
look 'Named Near'
look 'Near' --incremental
look 'Near' --tsgo
look 'Named Near' --tsgo-experimental-api
[ "$same" = 0 ] && echo 'as described' || echo 'not as described any more'
exit "$same"
