if ("DecompressionStream" in window) document.documentElement.dataset.script = "";
