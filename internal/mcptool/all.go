package mcptool

import "power-interpreter/orchestrator"

// all lists the tools. Their bounds are as the service told.
func all(told orchestrator.Settings) []tool {
	return []tool{
		executeCode(told),
		submitJob(told),
		getJobStatus(told),
		getJobResult(told),
		cancelJob(told),
		fetchFromURL(told),
		uploadFile(told),
		fetchFile(told),
		listFiles(told),
		loadDataset(told),
		queryDataset(told),
		listDatasets(told),
		createSession(told),
		resetSession(told),
		deleteSession(told),
	}
}
