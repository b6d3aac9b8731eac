module power-interpreter

go 1.26
