package greeting

// For says hello to a person, or to the world.
func For(name string) string {
	if name == "" {
		name = "world"
	}
	return "hello, " + name
}
