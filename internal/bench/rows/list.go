package rows

// experiments are all, in the order of the table.
func experiments(o Options) []experiment {
	all := []experiment{
		spare(), cold(), warmCall(), together(), reset(), death(), interrupt(),
		printed(), work(), chart(), plotly(), memory(), fetch(), files(),
	}
	if o.Sessions > 0 {
		all = append(all, many(o.Sessions))
	}
	return all
}
