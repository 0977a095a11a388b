package greeting

import "testing"

func TestFor(t *testing.T) {
	for name, wanted := range map[string]string{"": "hello, world", "Ada": "hello, Ada"} {
		if got := For(name); got != wanted {
			t.Errorf("For(%q) is %q, wanted %q", name, got, wanted)
		}
	}
}
